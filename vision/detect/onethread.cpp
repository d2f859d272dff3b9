#include "onethread.h"

#include <opencv2/core/utility.hpp>

int one_thread(void) {
	cv::setNumThreads(1);
	return cv::getNumThreads();
}
