// Waits by which two Ms take one particular course. This file joins package runtime by an overlay, which
// also puts a call of WaitsPlace1, WaitsPlace2 and WaitsPlace3 into proc.go: overlay.py says where.
//
// Each wait ends after a second at the latest, and the stage never becomes WaitsReached then.

package runtime

import "internal/runtime/atomic"

const (
	WaitsOff = iota
	WaitsIdlerArmed
	WaitsIdlerStopped // M1 has passed the spin limit and does not count as a spinner yet.
	WaitsWakerArmed
	WaitsWakerStopped // M0 has counted itself, found no P, and holds sched.lock.
	WaitsReached      // M1 is about to take sched.lock, to drop its P.
	WaitsMissed
)

const waitsLimit = 1_000_000_000 // nanoseconds

var waitsStage atomic.Uint32

func WaitsSet(stage uint32) { waitsStage.CompareAndSwap(stage-1, stage) }

func WaitsStage() uint32 { return waitsStage.Load() }

// WaitsAwait waits until the stage is reached or passed.
func WaitsAwait(stage uint32) {
	for end := nanotime() + waitsLimit; waitsStage.Load() < stage; osyield() {
		if nanotime() > end {
			waitsStage.Store(WaitsMissed)
		}
	}
}

// WaitsPlace1 is where an M becomes spinning after it has passed the spin limit.
func WaitsPlace1() {
	if waitsStage.CompareAndSwap(WaitsIdlerArmed, WaitsIdlerStopped) {
		WaitsAwait(WaitsWakerStopped)
	}
}

// WaitsPlace2 is where wakep has found no P.
func WaitsPlace2() {
	if waitsStage.CompareAndSwap(WaitsWakerArmed, WaitsWakerStopped) {
		WaitsAwait(WaitsReached)
	}
}

// WaitsPlace3 is where an M takes sched.lock to drop its P. The M of WaitsPlace2 still holds it.
func WaitsPlace3() {
	waitsStage.CompareAndSwap(WaitsWakerStopped, WaitsReached)
}
