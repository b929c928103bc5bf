package main

func armIdler() {}

func awaitIdler() {}

func armWaker() {}

func stage() string { return "free" }
