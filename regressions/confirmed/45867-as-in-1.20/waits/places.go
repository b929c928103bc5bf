// The places where an M waits, and the stages between them: see ../../waits/waits.go.

package runtime

const (
	WaitsOff = iota
	WaitsIdlerArmed
	WaitsIdlerStopped // M1 has passed the spin limit and does not count as a spinner yet.
	WaitsWakerArmed
	WaitsWakerStopped // M0 has counted itself, found no P, and holds sched.lock.
	WaitsReached      // M1 is about to take sched.lock, to drop its P.
	WaitsMissed
)

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
