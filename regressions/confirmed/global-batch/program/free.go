package main

func armIdler() {}

func awaitIdler() {}

func armTaker() {}

func stage() string { return "free" }
