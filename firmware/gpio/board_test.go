package gpio

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

// board stands in for the kernel: lines in memory, seen from outside.
type board struct {
	mu     sync.Mutex
	lines  map[Role]*wire
	refuse map[Role]error
	gone   error // what every line says while the chip is gone
}

func newBoard() *board { return &board{lines: map[Role]*wire{}, refuse: map[Role]error{}} }

// wire is a line of the board.
type wire struct {
	board    *board
	role     Role
	held     bool
	active   bool
	debounce time.Duration
	edge     func(bool)
	log      []string
}

func (b *board) request(role Role) (*wire, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := errors.Join(b.refuse[role], b.gone); err != nil {
		return nil, err
	}
	w := b.lines[role]
	if w == nil {
		w = &wire{board: b, role: role}
		b.lines[role] = w
	}
	if w.held {
		return nil, fmt.Errorf("%w (by a test)", ErrBusy)
	}
	w.held = true
	return w, nil
}

func (b *board) output(_ Spec, role Role) (line, error) {
	w, err := b.request(role)
	if err != nil {
		return nil, err
	}
	w.active = false
	return w, nil
}

func (b *board) input(_ Spec, role Role, debounce time.Duration, edge func(bool)) (line, error) {
	w, err := b.request(role)
	if err != nil {
		return nil, err
	}
	w.debounce, w.edge = debounce, edge
	return w, nil
}

func (w *wire) Set(active bool) error {
	w.board.mu.Lock()
	defer w.board.mu.Unlock()
	if w.board.gone != nil {
		return w.board.gone
	}
	if active != w.active {
		w.log = append(w.log, fmt.Sprint(active))
	}
	w.active = active
	return nil
}

func (w *wire) Active() (bool, error) {
	w.board.mu.Lock()
	defer w.board.mu.Unlock()
	return w.active, w.board.gone
}

func (w *wire) Close() error {
	w.board.mu.Lock()
	defer w.board.mu.Unlock()
	w.held = false
	return nil
}

// turn drives an input from outside, with its edge or as if that were lost.
func (b *board) turn(role Role, active, told bool) {
	b.mu.Lock()
	w := b.lines[role]
	w.active = active
	b.mu.Unlock()
	if told {
		w.edge(active)
	}
}

// unplug takes the chip away, or with nil gives it back.
func (b *board) unplug(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.gone = err
	for _, w := range b.lines {
		w.active = false
	}
}

// lit lists the active lines that are held, in order.
func (b *board) lit() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	text := ""
	for _, role := range Roles() {
		if w := b.lines[role]; w != nil && w.held && w.active {
			text += " " + role.String()
		}
	}
	if text == "" {
		return "none"
	}
	return text[1:]
}

// held counts the lines that are held.
func (b *board) held() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, w := range b.lines {
		if w.held {
			n++
		}
	}
	return n
}

// everything is a configuration with a line for each role.
func everything(b *board) Config {
	c := Config{Lines: map[Role]Spec{}, Door: FailSecure, driver: b}
	for _, role := range Roles() {
		c.Lines[role] = Spec{Chip: "gpiochip0", Line: fmt.Sprint(int(role))}
	}
	return c
}
