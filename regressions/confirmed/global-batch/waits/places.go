// The places where an M waits, and the stages between them: see ../../waits/waits.go.

package runtime

const (
	WaitsOff = iota
	WaitsIdlerArmed
	WaitsIdlerStopped // M1, a spinner, is about to take sched.lock, to drop its P.
	WaitsTakerArmed
	WaitsTakerStopped // M0 has taken two Gs from the global queue, and released sched.lock.
	WaitsReached      // M1 has taken its last look, and is about to park.
	WaitsMissed
)

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
