package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Of linux/uinput.h and linux/input-event-codes.h.
const (
	uiDevCreate = 0x5501
	uiSetEvBit  = 0x40045564
	uiSetKeyBit = 0x40045565
	uiSetAbsBit = 0x40045567
	uiSetProp   = 0x4004556e

	evSyn, evKey, evAbs = 0, 1, 3
	btnTouch            = 0x14a
	absX, absY          = 0, 1
	mtSlot, mtX, mtY    = 0x2f, 0x35, 0x36
	mtID                = 0x39
	propDirect          = 1

	// far is the panel's right and lower edge.
	far = 0xffff
)

// panel is a touch panel that the kernel is told of, by uinput.
type panel struct {
	once sync.Once
	file *os.File
	err  error
	taps int32
}

// open makes the panel.
func (p *panel) open() error {
	p.once.Do(func() {
		_ = exec.CommandContext(context.Background(), "modprobe", "uinput").Run()
		if p.file, p.err = os.OpenFile("/dev/uinput", os.O_WRONLY, 0); p.err != nil {
			return
		}
		fd := int(p.file.Fd())
		for _, set := range [][2]int{
			{uiSetEvBit, evKey},
			{uiSetEvBit, evAbs},
			{uiSetKeyBit, btnTouch},
			{uiSetAbsBit, absX},
			{uiSetAbsBit, absY},
			{uiSetAbsBit, mtSlot},
			{uiSetAbsBit, mtX},
			{uiSetAbsBit, mtY},
			{uiSetAbsBit, mtID},
			{uiSetProp, propDirect},
		} {
			if p.err = unix.IoctlSetInt(fd, uint(set[0]), set[1]); p.err != nil {
				return
			}
		}
		device := struct {
			Name                  [80]byte
			Bus, Vendor, Is, Made uint16
			Effects               uint32
			Max, Min, Fuzz, Flat  [64]int32
		}{Bus: 3, Vendor: 1, Is: 1, Made: 1}
		copy(device.Name[:], "Lintel test panel")
		for _, axis := range []int{absX, absY, mtX, mtY} {
			device.Max[axis] = far
		}
		device.Max[mtSlot], device.Max[mtID] = 9, far
		var b bytes.Buffer
		_ = binary.Write(&b, binary.LittleEndian, device)
		if _, p.err = p.file.Write(b.Bytes()); p.err != nil {
			return
		}
		p.err = unix.IoctlSetInt(fd, uiDevCreate, 0)
	})
	if p.err != nil {
		return fmt.Errorf("cannot make a touch panel: %w", p.err)
	}
	return nil
}

// tap touches the panel there, in 65,536ths of its width and height.
func (p *panel) tap(x, y int32) error {
	if err := p.open(); err != nil {
		return err
	}
	p.taps++
	if err := p.send([3]int32{evAbs, mtSlot, 0}, [3]int32{evAbs, mtID, p.taps}, [3]int32{evAbs, mtX, x}, [3]int32{evAbs, mtY, y},
		[3]int32{evKey, btnTouch, 1}, [3]int32{evAbs, absX, x}, [3]int32{evAbs, absY, y}, [3]int32{evSyn, 0, 0}); err != nil {
		return err
	}
	time.Sleep(150 * time.Millisecond)
	return p.send([3]int32{evAbs, mtID, -1}, [3]int32{evKey, btnTouch, 0}, [3]int32{evSyn, 0, 0})
}

// send writes events: type, code, value.
func (p *panel) send(events ...[3]int32) error {
	var b bytes.Buffer
	for _, e := range events {
		_ = binary.Write(&b, binary.LittleEndian, struct {
			Time       [2]int64
			Kind, Code uint16
			Value      int32
		}{Kind: uint16(e[0]), Code: uint16(e[1]), Value: e[2]})
	}
	_, err := p.file.Write(b.Bytes())
	return err
}
