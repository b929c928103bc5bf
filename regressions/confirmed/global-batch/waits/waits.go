// Waits by which two Ms take one particular course. This file joins package runtime by an overlay, which
// also puts a call of WaitsPlace1, WaitsPlace2 and WaitsPlace3 into proc.go: case.json says where.
//
// Each wait ends after a second at the latest, and the stage never becomes WaitsReached then.

package runtime

import "internal/runtime/atomic"

const (
	WaitsOff = iota
	WaitsIdlerArmed
	WaitsIdlerStopped // M1, a spinner, is about to take sched.lock, to drop its P.
	WaitsTakerArmed
	WaitsTakerStopped // M0 has taken two Gs from the global queue, and released sched.lock.
	WaitsReached      // M1 has taken its last look, and is about to park.
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

// WaitsPlace1 is where an M takes sched.lock to drop its P.
func WaitsPlace1() {
	if waitsStage.CompareAndSwap(WaitsIdlerArmed, WaitsIdlerStopped) {
		WaitsAwait(WaitsTakerStopped)
	}
}

// WaitsPlace2 is where an M has taken Gs from the global queue: one to run, and others, unless there was only one.
func WaitsPlace2(others bool) {
	if others && waitsStage.CompareAndSwap(WaitsTakerArmed, WaitsTakerStopped) {
		WaitsAwait(WaitsReached)
	}
}

// WaitsPlace3 is where an M has found nothing at its last look.
func WaitsPlace3() {
	waitsStage.CompareAndSwap(WaitsTakerStopped, WaitsReached)
}
