#ifdef __cplusplus
extern "C" {
#endif

// one_thread makes OpenCV run its parallel loops on the calling thread, and
// returns the number of threads that OpenCV then has.
int one_thread(void);

#ifdef __cplusplus
}
#endif
