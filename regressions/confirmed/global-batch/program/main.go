// A program in which one of two goroutines that are taken from the global queue can be left waiting beside an idle P.
//
// It prints one line: "ran" and the microseconds from main's Gosched until the other goroutine runs again, or
// "waited" if it has not run after two seconds; then the stage of the forced schedule (see waits), which is "reached" when
// M1 and M0 met as intended, "missed" when a wait timed out, and "free" without the overlay.
package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync/atomic"
)

func main() {
	debug.SetGCPercent(-1)
	var started, mayEnd, ran atomic.Bool
	var at atomic.Int64
	done := make(chan bool)

	// It brings M1 to findRunnable with a P: once it ends, M1 has nothing to run.
	go func() {
		started.Store(true)
		for !mayEnd.Load() {
		}
	}()
	busyUntil(&started, nanotime()+limit)

	armIdler() // M1 will stop before it drops its P.
	mayEnd.Store(true)
	awaitIdler()

	go func() { // A
		runtime.Gosched() // onto the global queue, behind main
		at.Store(nanotime())
		ran.Store(true)
		done <- true
	}()
	armTaker()        // The next M that takes two Gs from the global queue will stop with them in its hands.
	start := nanotime()
	runtime.Gosched() // onto the global queue; A runs

	inTime := busyUntil(&ran, start+limit)
	<-done // main gives up its P: A runs now at the latest
	if inTime {
		fmt.Println("ran", (at.Load()-start)/1000, stage())
	} else {
		fmt.Println("waited", (at.Load()-start)/1000, stage())
	}
}
