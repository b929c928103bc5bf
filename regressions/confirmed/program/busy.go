// What the programs share: a goroutine that keeps its P.
package main

import (
	"sync/atomic"
	_ "unsafe" // for go:linkname
)

const limit = 2_000_000_000 // nanoseconds

// The runtime's clock. Its call has no preemption point, as one of time.Now has.
//
//go:linkname nanotime runtime.nanotime
func nanotime() int64

// Keeps its P until the flag is set or the time has come. Without asynchronous preemption nothing takes the
// P away from it.
func busyUntil(flag *atomic.Bool, when int64) bool {
	for nanotime() < when {
		for range 1000 {
			if flag.Load() {
				return true
			}
		}
	}
	return flag.Load()
}
