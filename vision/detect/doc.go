// Package detect runs the face network, and the second one that looks at
// foreheads, through OpenCV's dnn module. It is the only package that imports
// gocv.
//
// OpenCV reports errors as C++ exceptions, and this gocv does not catch them:
// one would end the process. So everything is checked before OpenCV sees it:
// the model by its hash, the input by its size.
package detect
