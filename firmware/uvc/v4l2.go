package uvc

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Video4Linux as <linux/videodev2.h> declares it for machines of 64 bits, and
// the one request of <linux/uvcvideo.h>.
const (
	vidiocQueryCap       = 0x80685600
	vidiocEnumFmt        = 0xc0405602
	vidiocSetFmt         = 0xc0d05605
	vidiocReqBufs        = 0xc0145608
	vidiocQueryBuf       = 0xc0585609
	vidiocQBuf           = 0xc058560f
	vidiocDQBuf          = 0xc0585611
	vidiocStreamOn       = 0x40045612
	vidiocStreamOff      = 0x40045613
	vidiocEnumFrameSizes = 0xc02c564a
	uvciocCtrlQuery      = 0xc0107521

	bufTypeVideoCapture = 1
	memoryMmap          = 1
	fieldNone           = 1
	frameSizeDiscrete   = 1
	bufFlagError        = 0x40
	bufFlagMonotonic    = 0x2000
	bufFlagTimestamp    = 0xe000 // mask
	capVideoCapture     = 0x1
	capStreaming        = 0x04000000
	capDeviceCaps       = 0x80000000
)

type v4l2Capability struct {
	driver       [16]byte
	card         [32]byte
	bus          [32]byte
	version      uint32
	capabilities uint32
	deviceCaps   uint32
	_            [3]uint32
}

type v4l2FmtDesc struct {
	index, typ, flags uint32
	description       [32]byte
	pixelFormat       uint32
	_                 [4]uint32
}

type v4l2FrameSize struct {
	index, pixelFormat, typ uint32
	width, height           uint32 // of a discrete size
	_                       [4]uint32
	_                       [2]uint32
}

type v4l2Format struct {
	typ                                                uint32
	_                                                  uint32
	width, height, pixelFormat, field, line, sizeImage uint32
	_                                                  [176]byte
}

type v4l2RequestBuffers struct {
	count, typ, memory, capabilities uint32
	_                                uint32
}

type v4l2Buffer struct {
	index, typ, bytesUsed, flags, field uint32
	_                                   uint32
	seconds, microseconds               int64
	_                                   [16]byte
	sequence, memory                    uint32
	offset                              uint32
	_                                   uint32
	length                              uint32
	_                                   [3]uint32
}

type uvcQuery struct {
	unit, selector, query, _ byte
	size                     uint16
	_                        uint16
	data                     *byte
}

// ioctl makes a request with a pointer to its structure.
func ioctl(fd int, request uintptr, p unsafe.Pointer) error {
	for {
		_, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(p))
		switch e {
		case 0:
			return nil
		case unix.EINTR:
		case unix.ENODEV:
			return errGone
		default:
			return e
		}
	}
}

func fourCC(s string) uint32 {
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

func fourCCName(n uint32) string {
	return string([]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)})
}

// openNode opens a camera's file.
func openNode(node string) (int, error) {
	fd, err := unix.Open(node, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	switch {
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		return -1, fmt.Errorf("cannot open the camera %s: %w", node, ErrAccess)
	case errors.Is(err, unix.ENOENT), errors.Is(err, unix.ENODEV), errors.Is(err, unix.ENXIO):
		return -1, fmt.Errorf("cannot open the camera %s: %w", node, ErrNoCamera)
	case err != nil:
		return -1, fmt.Errorf("cannot open the camera %s: %w", node, err)
	}
	return fd, nil
}

// sizes lists what a camera offers.
func sizes(node string) ([]Size, error) {
	fd, err := openNode(node)
	if err != nil {
		return nil, err
	}
	defer func() { _ = unix.Close(fd) }()
	var c v4l2Capability
	if err := ioctl(fd, vidiocQueryCap, unsafe.Pointer(&c)); err != nil {
		return nil, fmt.Errorf("cannot use %s as a camera: %w", node, err)
	}
	caps := c.capabilities
	if caps&capDeviceCaps != 0 {
		caps = c.deviceCaps
	}
	if caps&capVideoCapture == 0 || caps&capStreaming == 0 {
		return nil, fmt.Errorf("cannot use %s as a camera: it delivers no images", node)
	}
	var all []Size
	f := v4l2FmtDesc{typ: bufTypeVideoCapture}
	for ; ioctl(fd, vidiocEnumFmt, unsafe.Pointer(&f)) == nil; f.index++ {
		s := v4l2FrameSize{pixelFormat: f.pixelFormat}
		for ; ioctl(fd, vidiocEnumFrameSizes, unsafe.Pointer(&s)) == nil; s.index++ {
			if s.typ == frameSizeDiscrete {
				all = append(all, Size{fourCCName(f.pixelFormat), int(s.width), int(s.height)})
			}
		}
	}
	return all, nil
}

// buffers is how many frames the driver may fill ahead. With the shortest
// queue nothing is old; one is being read, one filled, and one is spare.
const buffers = 4

// capture is a camera through Video4Linux. It implements device.
type capture struct {
	fd     int
	shared [][]byte
	buffer v4l2Buffer
	poll   [1]unix.PollFd
	on     bool
}

// openCapture opens a camera and sets its format.
func openCapture(node string, p *Profile) (_ *capture, err error) {
	fd, err := openNode(node)
	if err != nil {
		return nil, err
	}
	c := &capture{fd: fd, poll: [1]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}}
	defer func() {
		if err != nil {
			_ = c.close()
		}
	}()
	f := v4l2Format{
		typ: bufTypeVideoCapture, width: uint32(p.Width), height: uint32(p.Height),
		pixelFormat: fourCC(p.Format), field: fieldNone,
	}
	err = ioctl(fd, vidiocSetFmt, unsafe.Pointer(&f))
	if errors.Is(err, unix.EBUSY) {
		return nil, fmt.Errorf("cannot use the camera %s: %w", node, ErrBusy)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot set the format of the camera %s: %w", node, err)
	}
	if int(f.width) != p.Width || int(f.height) != p.Height || f.pixelFormat != fourCC(p.Format) || int(f.line) != 2*p.Width {
		return nil, fmt.Errorf("cannot get %s of %dx%d from the camera %s, it gives %s of %dx%d: %w",
			strings.TrimSpace(p.Format), p.Width, p.Height, node, strings.TrimSpace(fourCCName(f.pixelFormat)), f.width, f.height, ErrProfile)
	}
	if err := c.share(); err != nil {
		return nil, fmt.Errorf("cannot share memory with the camera %s: %w", node, err)
	}
	return c, nil
}

// share maps the driver's buffers.
func (c *capture) share() error {
	r := v4l2RequestBuffers{count: buffers, typ: bufTypeVideoCapture, memory: memoryMmap}
	if err := ioctl(c.fd, vidiocReqBufs, unsafe.Pointer(&r)); err != nil {
		return err
	}
	for i := range r.count {
		b := v4l2Buffer{index: i, typ: bufTypeVideoCapture, memory: memoryMmap}
		if err := ioctl(c.fd, vidiocQueryBuf, unsafe.Pointer(&b)); err != nil {
			return err
		}
		m, err := unix.Mmap(c.fd, int64(b.offset), int(b.length), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
		if err != nil {
			return err
		}
		c.shared = append(c.shared, m)
	}
	return nil
}

func (c *capture) start() error {
	for i := range c.shared {
		if err := c.requeue(&buffer{index: uint32(i)}); err != nil {
			return err
		}
	}
	t := uint32(bufTypeVideoCapture)
	if err := ioctl(c.fd, vidiocStreamOn, unsafe.Pointer(&t)); err != nil {
		return fmt.Errorf("cannot start the camera: %w", err)
	}
	c.on = true
	return nil
}

func (c *capture) stop() error {
	if !c.on {
		return nil
	}
	c.on = false
	t := uint32(bufTypeVideoCapture)
	if err := ioctl(c.fd, vidiocStreamOff, unsafe.Pointer(&t)); err != nil {
		return fmt.Errorf("cannot stop the camera: %w", err)
	}
	return nil
}

func (c *capture) dequeue(b *buffer, within time.Duration) error {
	for {
		c.poll[0].Revents = 0
		n, err := unix.Poll(c.poll[:], int(within.Milliseconds()))
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return fmt.Errorf("cannot wait for the camera: %w", err)
		case n == 0:
			return errTimeout
		}
		break
	}
	c.buffer = v4l2Buffer{typ: bufTypeVideoCapture, memory: memoryMmap}
	err := ioctl(c.fd, vidiocDQBuf, unsafe.Pointer(&c.buffer))
	switch {
	case err == unix.EAGAIN && c.poll[0].Revents&(unix.POLLERR|unix.POLLHUP) != 0: //nolint:errorlint // a bare number of the system
		return errGone
	case err == unix.EAGAIN: //nolint:errorlint // a bare number of the system
		return errTimeout
	case err != nil:
		return fmt.Errorf("cannot take a frame from the camera: %w", err)
	}
	if int(c.buffer.index) >= len(c.shared) {
		return errors.New("cannot take a frame from the camera: internal error: a buffer nobody shares")
	}
	m := c.shared[c.buffer.index]
	*b = buffer{
		index: c.buffer.index, bytes: m[:min(int(c.buffer.bytesUsed), len(m))],
		sequence: c.buffer.sequence, wrong: c.buffer.flags&bufFlagError != 0,
	}
	if c.buffer.flags&bufFlagTimestamp == bufFlagMonotonic {
		b.stamp = time.Duration(c.buffer.seconds)*time.Second + time.Duration(c.buffer.microseconds)*time.Microsecond
	}
	return nil
}

// requeue overwrites the frame and gives its memory back.
func (c *capture) requeue(b *buffer) error {
	clear(c.shared[b.index])
	c.buffer = v4l2Buffer{index: b.index, typ: bufTypeVideoCapture, memory: memoryMmap}
	if err := ioctl(c.fd, vidiocQBuf, unsafe.Pointer(&c.buffer)); err != nil {
		return fmt.Errorf("cannot give a frame back to the camera: %w", err)
	}
	return nil
}

func (c *capture) query(unit, selector, request byte, data []byte) error {
	q := uvcQuery{unit: unit, selector: selector, query: request, size: uint16(len(data)), data: unsafe.SliceData(data)}
	return ioctl(c.fd, uvciocCtrlQuery, unsafe.Pointer(&q))
}

// close overwrites and releases everything. A camera that is gone is closed,
// too.
func (c *capture) close() error {
	_ = c.stop()
	var errs []error
	for _, m := range c.shared {
		clear(m)
		errs = append(errs, unix.Munmap(m))
	}
	c.shared = nil
	if err := errors.Join(append(errs, unix.Close(c.fd))...); err != nil {
		return fmt.Errorf("cannot close the camera: %w", err)
	}
	return nil
}
