package ui

import "sync"

// board holds the newest view and wakes those who wait for one.
type board struct {
	patience int // ticks without a call of show before the view is stale

	mu      sync.Mutex
	view    View
	id      uint64 // counts the views, from 1
	idle    int    // ticks since the last show
	readers map[chan struct{}]struct{}
}

func newBoard(patience int) *board {
	return &board{
		patience: patience,
		view:     View{State: stateStarting},
		id:       1,
		readers:  make(map[chan struct{}]struct{}),
	}
}

// show makes v the newest view. It does not block and does not allocate.
func (b *board) show(v View) {
	v = v.tidy()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.idle = 0
	b.set(v)
}

// tick is called at a steady pace. It takes the view away when show was not
// called for too long. A view that promises nothing stays.
func (b *board) tick() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.idle++; b.idle < b.patience || b.view.State == stateStarting || b.view.State == stateOutOfService {
		return
	}
	b.set(View{State: stateOutOfService, Reason: reasonStalled, Source: b.view.Source, Voluntary: b.view.Voluntary})
}

// set publishes v if it is another than the present view. The caller holds mu.
func (b *board) set(v View) {
	if v == b.view {
		return
	}
	b.view = v
	b.id++
	for r := range b.readers {
		select {
		case r <- struct{}{}:
		default:
		}
	}
}

// latest returns the newest view and its number.
func (b *board) latest() (View, uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.view, b.id
}

// subscribe returns a channel that is signalled when a newer view is there, and
// a function that ends it. Signals merge: one who reads late reads the newest.
func (b *board) subscribe() (<-chan struct{}, func()) {
	r := make(chan struct{}, 1)
	b.mu.Lock()
	b.readers[r] = struct{}{}
	b.mu.Unlock()
	return r, func() {
		b.mu.Lock()
		delete(b.readers, r)
		b.mu.Unlock()
	}
}

// pages returns how many read along.
func (b *board) pages() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.readers)
}
