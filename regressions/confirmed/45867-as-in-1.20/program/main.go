// A program in which the second of two new goroutines can be left waiting beside an idle P.
//
// It prints one line: "ran" and the microseconds from the go statement until that goroutine runs, or
// "waited" if it has not run after two seconds; then the stage of the forced schedule (see waits), which is
// "reached" when M1 and M0 met as intended, "missed" when a wait timed out, and "free" without the overlay.
package main

import (
	"fmt"
	"runtime/debug"
	"sync/atomic"
)

func main() {
	debug.SetGCPercent(-1)
	var started, mayEnd, ran atomic.Bool
	var at atomic.Int64
	done := make(chan bool)

	// G1 brings M1 to findRunnable with a P: once it ends, M1 has nothing to run.
	go func() {
		started.Store(true)
		for !mayEnd.Load() {
		}
	}()
	busyUntil(&started, nanotime()+limit)

	armIdler() // M1 will stop before it becomes spinning.
	mayEnd.Store(true)
	awaitIdler()
	go func() {}() // G2, for M1 to steal
	armWaker()     // The next wakep will stop once it has found no P.

	start := nanotime()
	go func() { // G3
		at.Store(nanotime())
		ran.Store(true)
		done <- true
	}()
	inTime := busyUntil(&ran, start+limit)
	<-done // main gives up its P: G3 runs now at the latest
	if inTime {
		fmt.Println("ran", (at.Load()-start)/1000, stage())
	} else {
		fmt.Println("waited", (at.Load()-start)/1000, stage())
	}
}
