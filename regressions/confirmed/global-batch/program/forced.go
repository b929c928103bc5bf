package main

import "runtime"

func armIdler() { runtime.WaitsSet(runtime.WaitsIdlerArmed) }

func awaitIdler() { runtime.WaitsAwait(runtime.WaitsIdlerStopped) }

func armTaker() { runtime.WaitsSet(runtime.WaitsTakerArmed) }

func stage() string {
	if runtime.WaitsStage() == runtime.WaitsReached {
		return "reached"
	}
	return "missed"
}
