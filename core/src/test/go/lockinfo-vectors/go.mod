module statelock.test/lockinfo-vectors

go 1.22
