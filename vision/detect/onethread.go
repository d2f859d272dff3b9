package detect

// #cgo pkg-config: opencv4
// #include "onethread.h"
import "C"

// oneThread bounds OpenCV to the calling thread: one core is the budget of a
// small board, and OpenCV would take all. gocv has no call for it, and the
// environment variable that is meant for it is not read by builds with TBB,
// such as Debian's. It returns the number of threads that OpenCV then has.
func oneThread() int { return int(C.one_thread()) }
