module cancelupload.dev/bench

go 1.24
