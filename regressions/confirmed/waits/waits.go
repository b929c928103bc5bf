// What the waits share. They make two Ms take one particular course: a case has the places where an M waits (places.go), and
// its case.json says where in proc.go they are called. Both files join package runtime by an overlay.
//
// Each wait ends after a second at the latest, and the stage never becomes WaitsReached then.

package runtime

import "internal/runtime/atomic"

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
