/* The core of the scheduler as a Promela model, to compare the search with Spin.
 *
 * Equivalent to `runtime-model` under the row GO_1_19_FIXED, for the scenarios sleep-ready-park to two-timers-relay at 2 Ps: idle Ps and idle
 * Ms as stacks, sched.lock, npidle, nmspinning, needspinning, the idle and the timer mask, run queues with
 * runnext and a ring whose head is moved by compare-and-swap, wakep and startm with Ms that are started or
 * reserved, find_runnable with two passes of stealing, as the scenarios have it, the last look, the poll before an M
 * stops, timers under their locks, checkdead and the jump of the clock under faketime, G's parking with one permit.
 *
 * Steps are finer: each line is one, also where only its own M looks, and the release of a lock is one.
 *
 * Left out, since the scenarios do not use it: the global queue (it stays empty: what remains is the lock that
 * the last look takes for it), overflow of the ring (4 slots here), more than one G at a time being stolen
 * (asserted), gosched, the limiter and its events, the world's nudges, GC assists; what only checks read.
 *
 * Compile with -DSCENARIO=1..4 and -DMS=the number of Ms.
 *
 * That it does what the model does: with -DSTORY the verifier prints, for each execution that it ends, which M
 * has executed which G. At 2 Ms, each M's Gs in their order make 19, 1, 4 and 54 different stories in the
 * four, the same ones as the model's; of the latter there is a test (regressions/tests/the_model.rs). The order
 * between Ms is not the same, since here another M may be faster between a wakeup and the next line. */

#define NP 2
#define NG 3
#define NIL 255
#define PASSES 2               /* of stealing, as the scenarios have it */

bit lck;                        /* sched.lock, and what it protects: */
byte pidle[NP], npidle;         /* npidle is its length, and read without it */
byte midle[MS], nmidle;
byte mcount = 1, born = 1;      /* Ms that exist or are reserved; that have been started */
byte reserved[NP], nreserved;   /* Ps whose M is a number only */
bit reserved_spin[NP];

byte nmspinning;
bit needspinning;
bit idle_mask[NP], timer_mask[NP];

byte runnext[NP];               /* a G's number and 1; 0 is none */
byte head[NP], tail[NP];
typedef Ring { byte slot[4] };
Ring ring[NP];

bit tlock[NP];
byte when0[NP], ntimers[NP];    /* the first timer's time; their number */
byte first[NP], second[NP], when1[NP];

bit spinning[MS], note[MS];
byte nextp[MS];

byte now = 1;
bit inited;                     /* the poller is there */
byte lastpoll = 1, poll_until;
byte park[NG];                  /* 0 away, 1 parked, 2 a permit */
byte pc[NG];
bit flag;
bit exited;
#ifdef STORY
byte story[14], told;
#endif

inline acquire(l)  { atomic { l == 0 -> l = 1 } }
inline release(l)  { l = 0 }

inline pidleget(to) {           /* under the lock */
    if
    :: npidle == 0 -> to = NIL
    :: else ->
        to = pidle[npidle - 1];
        timer_mask[to] = 1;
        idle_mask[to] = 0;
        npidle--
    fi
}

inline pidleget_spinning(to) {
    pidleget(to);
    if
    :: to == NIL -> needspinning = 1
    :: else
    fi
}

inline pidleput() {             /* p, under the lock */
    if
    :: ntimers[p] > 0
    :: else ->
        acquire(tlock[p]);
        if
        :: ntimers[p] == 0 -> timer_mask[p] = 0
        :: else
        fi;
        release(tlock[p])
    fi;
    idle_mask[p] = 1;
    atomic { pidle[npidle] = p; npidle++ };
    p = NIL
}

inline become_spinning() {
    nmspinning++;
    spinning[me] = 1;
    needspinning = 0
}

/* q is run by some M, which spins. */
inline startm() {
    acquire(lck);
    if
    :: nmidle == 0 && born < MS ->
        mcount++; nm = born; born++;
        release(lck);
        nextp[nm] = q; spinning[nm] = 1;
        run M(nm)
    :: nmidle == 0 && born == MS ->
        mcount++;
        reserved[nreserved] = q; reserved_spin[nreserved] = 1; nreserved++;
        release(lck)
    :: else ->
        nmidle--; nm = midle[nmidle]; midle[nmidle] = 0;
        release(lck);
        assert(!spinning[nm]);
        spinning[nm] = 1;
        nextp[nm] = q;
        note[nm] = 1
    fi;
    nm = 0; q = NIL
}

inline wakep() {
    if
    :: nmspinning != 0
    :: else ->
        atomic { if :: nmspinning == 0 -> nmspinning = 1; ok = 1 :: else -> ok = 0 fi };
        if
        :: ok ->
            ok = 0;
            acquire(lck);
            pidleget(q);
            if
            :: q == NIL ->
                nmspinning--;
                needspinning = 1;
                release(lck)
            :: else ->
                release(lck);
                startm()
            fi
        :: else
        fi
    fi
}

inline runqput(x) {             /* x is a G's number */
    do
    :: old = runnext[p];
       atomic { if :: runnext[p] == old -> runnext[p] = x + 1; break :: else fi }
    od;
    if
    :: old == 0
    :: else ->
        h = head[p]; t = tail[p];
        assert(t - h < 4);
        ring[p].slot[t % 4] = old;
        tail[p] = t + 1
    fi;
    old = 0; h = 0; t = 0
}

inline runqget() {              /* g is a G's number and 1, or 0 */
    g = 0;
    old = runnext[p];
    if
    :: old != 0 ->
        atomic { if :: runnext[p] == old -> runnext[p] = 0; g = old :: else fi }
    :: else
    fi;
    do
    :: g != 0 -> break
    :: else ->
        h = head[p]; t = tail[p];
        if
        :: h == t -> break
        :: else ->
            old = ring[p].slot[h % 4];
            atomic { if :: head[p] == h -> head[p] = h + 1; g = old :: else fi }
        fi
    od;
    old = 0; h = 0; t = 0
}

inline runqsteal(last) {        /* from v */
    do
    :: h = head[v]; t = tail[v];
       if
       :: h == t && !last -> break
       :: h == t && last ->
           old = runnext[v];
           if
           :: old == 0 -> break
           :: else -> atomic { if :: runnext[v] == old -> runnext[v] = 0; g = old; break :: else fi }
           fi
       :: else ->
           assert(t - h <= 2);  /* half of them is one */
           old = ring[v].slot[h % 4];
           atomic { if :: head[v] == h -> head[v] = h + 1; g = old; break :: else fi }
       fi
    od;
    old = 0; h = 0; t = 0
}

inline addtimer(x, at) {        /* each fires after those before it, or at the same time */
    if
    :: !inited -> inited = 1
    :: else
    fi;
    acquire(tlock[p]);
    assert(ntimers[p] < 2);
    if
    :: ntimers[p] == 0 -> first[p] = x; when0[p] = at
    :: else -> assert(at >= when0[p]); second[p] = x; when1[p] = at
    fi;
    ntimers[p]++;
    release(tlock[p]);
    /* wakeNetPoller; the break of a poll that does not wait does nothing */
    if
    :: lastpoll != 0
    :: else -> h = poll_until; h = 0
    fi;
    wakep()
}

inline ready(x) { runqput(x); wakep() }

inline earlier(t) {             /* pu is the earlier of the two; 0 is none */
    if
    :: t != 0 && (pu == 0 || t < pu) -> pu = t
    :: else
    fi
}

/* The timers of w that are due; `ran` is set if there were any. The first that is not due goes into pu. */
inline check_timers(w) {
    next = when0[w];
    if
    :: next == 0 || now < next -> earlier(next)
    :: else ->
        acquire(tlock[w]);
        do
        :: when0[w] == 0 || when0[w] > now -> earlier(when0[w]); break
        :: else ->
            x = first[w];
            first[w] = second[w]; second[w] = 0;
            when0[w] = when1[w]; when1[w] = 0;
            ntimers[w]--;
            release(tlock[w]);
            ready(x);
            ran = 1; x = 0;
            acquire(tlock[w])
        od;
        release(tlock[w])
    fi;
    next = 0
}

/* Nobody runs: the clock jumps, and an M is woken, with the P that comes first. */
inline checkdead() {
    if
    :: mcount - nmidle > 0
    :: else ->
        assert(when0[0] != 0 || when0[1] != 0);  /* all goroutines are asleep */
        if
        :: when0[0] == 0 || (when0[1] != 0 && when0[1] < when0[0]) -> now = when0[1]
        :: else -> now = when0[0]
        fi;
        pidleget(q);
        assert(q != NIL);
        nmidle--; nm = midle[nmidle]; midle[nmidle] = 0;
        nmspinning++;
        spinning[nm] = 1;
        nextp[nm] = q;
        note[nm] = 1;
        nm = 0; q = NIL
    fi
}

inline runqempty(w) {           /* h becomes 1 if it is */
    do
    :: h = head[w]; t = tail[w]; old = runnext[w];
       if
       :: t == tail[w] -> h = (h == t && old == 0); break
       :: else
       fi
    od;
    t = 0; old = 0
}

inline find_runnable() {
    do
    :: /* look */
        ran = 0; pu = 0;
        check_timers(p);
        ran = 0;
        runqget();
        if :: g != 0 -> pu = 0; break :: else fi;
        if
        :: spinning[me] -> ok = 1
        :: else ->
            h = nmspinning;
            ok = (2 * h < NP - npidle);
            h = 0;
            if :: ok -> become_spinning() :: else fi
        fi;
        if
        :: ok ->
            ok = 0; v = 1 - p; i = 0;
            do
            :: i == PASSES || g != 0 -> break
            :: else ->
                i++;
                if
                :: i == PASSES && timer_mask[v] ->
                    check_timers(v);
                    if :: ran -> runqget() :: else fi
                :: else
                fi;
                if
                :: g == 0 && !idle_mask[v] -> runqsteal((i == PASSES))
                :: else
                fi
            od;
            i = 0; v = 0
        :: else
        fi;
        if
        :: g != 0 -> ran = 0; pu = 0; break
        :: g == 0 && ran -> ran = 0; goto again
        :: else
        fi;
        /* drop_p */
        acquire(lck);
        if
        :: !spinning[me] && needspinning ->
            become_spinning();
            release(lck);
            goto again
        :: else
        fi;
        pidleput();
        release(lck);
        /* the last look */
        if
        :: spinning[me] ->
            nmspinning--;
            spinning[me] = 0;
            acquire(lck);       /* the global queue is empty */
            release(lck);
            v = 0;
            do
            :: v == NP -> break
            :: else ->
                h = 0;
                if
                :: !idle_mask[v] ->
                    runqempty(v);
                    if
                    :: !h -> ran = 1; break
                    :: else -> h = 0
                    fi
                :: else
                fi;
                v++
            od;
            h = 0; v = 0;
            if
            :: ran ->
                ran = 0;
                acquire(lck);
                pidleget_spinning(p);
                release(lck);
                if :: p != NIL -> become_spinning(); goto again :: else fi
            :: else
            fi;
            v = 0;
            do
            :: v == NP -> break
            :: else ->
                if
                :: timer_mask[v] ->
                    h = when0[v];
                    earlier(h)
                :: else
                fi;
                h = 0; v++
            od;
            v = 0;
            if
            :: pu != 0 && pu <= now ->
                acquire(lck);
                pidleget_spinning(p);
                release(lck);
                if :: p != NIL -> become_spinning(); goto again :: else fi
            :: else
            fi
        :: else
        fi;
        /* the poll */
        if
        :: pu != 0 && inited ->
            atomic { h = lastpoll; lastpoll = 0 };
            if
            :: h == 0 -> h = poll_until; h = 0
            :: else ->
                h = 0;
                poll_until = pu;
                poll_until = 0;
                lastpoll = now
            fi
        :: else
        fi;
        pu = 0;
        /* stopm */
        acquire(lck);
        if
        :: nreserved > 0 ->
            nreserved--; mcount--;
            p = reserved[nreserved]; spinning[me] = reserved_spin[nreserved];
            reserved[nreserved] = 0;
            release(lck)
        :: else ->
            midle[nmidle] = me; nmidle++;
            checkdead();
            release(lck);
end_park:   atomic { note[me] == 1 -> note[me] = 0 };
            p = nextp[me]; nextp[me] = 0
        fi;
again:  skip
    od
}

/* The actions. */
inline go(x)     { ready(x) }
inline sleep(n)  { run_on = 0; addtimer(g, now + n) }
inline unpark(x) {
    ok = 0;
    atomic { if :: park[x] == 1 -> park[x] = 0; ok = 1 :: else fi };
    if
    :: ok -> ok = 0; ready(x)
    :: else ->
        atomic { if :: park[x] == 0 -> park[x] = 2; ok = 1 :: else fi };
        if
        :: ok -> ok = 0
        :: else ->
            atomic { assert(park[x] == 1); park[x] = 0 };
            ready(x)
        fi
    fi
}
inline park_it() {
    atomic { if :: park[g] == 0 -> park[g] = 1; run_on = 0 :: else fi };
    if
    :: run_on -> park[g] = 0
    :: else
    fi
}
inline goexit() { run_on = 0 }
inline exit()   { exited = 1; end_exit: false }

proctype M(byte me) {
    byte p, q = NIL, g, x, v, i, nm, old, h, t, next, pu;
    bit ok, ran, run_on;

    p = nextp[me]; nextp[me] = 0;
    do
    ::  find_runnable();
        if
        :: spinning[me] ->
            nmspinning--;
            spinning[me] = 0;
            wakep()
        :: else
        fi;
        g--;
#ifdef STORY
        d_step { assert(told < 14); story[told] = me * 8 + g; told++ };
#endif
        run_on = 1;
        do
        :: !run_on -> break
        :: else ->
            pc[g]++;
            if
#if SCENARIO == 1
            :: g == 0 && pc[0] == 1 -> go(1)
            :: g == 0 && pc[0] == 2 -> sleep(10)
            :: g == 0 && pc[0] == 3 -> unpark(1)
            :: g == 0 && pc[0] == 4 -> park_it()
            :: g == 0 && pc[0] == 5 -> exit()
            :: g == 1 && pc[1] == 1 -> park_it()
            :: g == 1 && pc[1] == 2 -> unpark(0)
            :: g == 1 && pc[1] == 3 -> goexit()
#elif SCENARIO == 2
            :: g == 0 && pc[0] == 1 -> go(1)
            :: g == 0 && pc[0] == 2 -> end_busy: flag
            :: g == 0 && pc[0] == 3 -> exit()
            :: g == 1 && pc[1] == 1 -> flag = 1
            :: g == 1 && pc[1] == 2 -> goexit()
#elif SCENARIO == 3
            :: g == 0 && pc[0] == 1 -> go(1)
            :: g == 0 && pc[0] == 2 -> sleep(10)
            :: g == 0 && pc[0] == 3 -> unpark(1)
            :: g == 0 && pc[0] == 4 -> end_busy: flag
            :: g == 0 && pc[0] == 5 -> exit()
            :: g == 1 && pc[1] == 1 -> park_it()
            :: g == 1 && pc[1] == 2 -> flag = 1
            :: g == 1 && pc[1] == 3 -> goexit()
#else
            :: g == 0 && pc[0] == 1 -> go(1)
            :: g == 0 && pc[0] == 2 -> go(2)
            :: g == 0 && pc[0] == 3 -> sleep(5)
            :: g == 0 && pc[0] == 4 -> end_busy: flag
            :: g == 0 && pc[0] == 5 -> park_it()
            :: g == 0 && pc[0] == 6 -> exit()
            :: g == 1 && pc[1] == 1 -> sleep(5)
            :: g == 1 && pc[1] == 2 -> flag = 1
            :: g == 1 && pc[1] == 3 -> unpark(2)
            :: g == 1 && pc[1] == 4 -> goexit()
            :: g == 2 && pc[2] == 1 -> park_it()
            :: g == 2 && pc[2] == 2 -> unpark(0)
            :: g == 2 && pc[2] == 3 -> goexit()
#endif
            fi
        od;
        g = 0
    od
}

/* When nobody moves any more, main has exited. */
active proctype end() {
end_end: timeout ->
#ifdef STORY
    c_code {
        int k;
        printf("story:");
        for (k = 0; k < now.told; k++) printf(" M%d G%d", now.story[k] / 8, now.story[k] % 8);
        printf("\n");
    };
#endif
    assert(exited)
}

init {
    atomic {
        pidle[0] = 1; npidle = 1; idle_mask[1] = 1; timer_mask[0] = 1;
        runnext[0] = 1;
        nextp[0] = 0;
        run M(0)
    }
}
