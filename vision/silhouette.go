package vision

// bodyKelvin is how far above the room a cell must be to be taken for a body:
// clothes indoors are 2 to 8 K warmer than the room, less at the hem.
const bodyKelvin = 1.5

// silhouette draws everybody with a face into the mask: the warm cells that
// hang together with a face. Lamps and radiators on the wall do not.
func (f *Finder) silhouette(m *Mask) {
	p := &f.plane
	m.resize(p.innerW, p.innerH)
	// A room so much colder than the person who fills the image that its cells
	// are clipped is no body.
	level := max((p.room+bodyKelvin)/inputKelvin, inputLow)
	f.stack = f.stack[:0]
	push := func(x, y int) {
		if x < 0 || y < 0 || x >= p.innerW || y >= p.innerH || m.At(x, y) {
			return
		}
		if p.cells[(y+p.top)*p.width+x+p.left] <= level {
			return
		}
		m.set(x, y)
		f.stack = append(f.stack, int32(y*p.innerW+x))
	}
	for i := range f.tracker.tracks {
		t := &f.tracker.tracks[i]
		if !t.confirmed() {
			continue
		}
		k := float64(p.factor)
		for y := int(t.now.box.Y0 / k); y < int(t.now.box.Y1/k); y++ {
			for x := int(t.now.box.X0 / k); x < int(t.now.box.X1/k); x++ {
				push(x, y)
			}
		}
	}
	for len(f.stack) > 0 {
		at := int(f.stack[len(f.stack)-1])
		f.stack = f.stack[:len(f.stack)-1]
		x, y := at%p.innerW, at/p.innerW
		push(x+1, y)
		push(x-1, y)
		push(x, y+1)
		push(x, y-1)
	}
}
