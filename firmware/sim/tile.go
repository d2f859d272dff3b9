package sim

import (
	"math"
	"math/rand/v2"
)

// tileSide is the side of the texture tile in cells, a power of two.
const tileSide = 64

// tile is a texture that repeats in both directions: smooth, of mean 0 and
// standard deviation 1, with details down to one cell. Hair, cloth and walls
// are made of it.
type tile struct{ v [tileSide * tileSide]float32 }

func newTile(rng *rand.Rand) *tile {
	t := new(tile)
	weight := float32(1)
	for step := 8; step >= 1; step /= 2 {
		n := tileSide / step
		grid := make([]float32, n*n)
		for i := range grid {
			grid[i] = float32(rng.NormFloat64()) * weight
		}
		for i := range t.v {
			x, y := i%tileSide, i/tileSide
			t.v[i] += bilinear(grid, n, float32(x)/float32(step), float32(y)/float32(step))
		}
		weight *= 0.7
	}
	var sum, squares float64
	for _, v := range t.v {
		sum += float64(v)
		squares += float64(v) * float64(v)
	}
	mean := sum / float64(len(t.v))
	sd := math.Sqrt(squares/float64(len(t.v)) - mean*mean)
	for i := range t.v {
		t.v[i] = float32((float64(t.v[i]) - mean) / sd)
	}
	return t
}

// at returns the texture at a place given in cells.
func (t *tile) at(x, y float32) float32 { return bilinear(t.v[:], tileSide, x, y) }

// bilinear reads a periodic n x n grid between its points; n is a power of two.
func bilinear(grid []float32, n int, x, y float32) float32 {
	fx, fy := float32(math.Floor(float64(x))), float32(math.Floor(float64(y)))
	x, y = x-fx, y-fy
	i, j := int(fx)&(n-1), int(fy)&(n-1)
	k, l := (i+1)&(n-1), (j+1)&(n-1)
	top := grid[j*n+i] + (grid[j*n+k]-grid[j*n+i])*x
	low := grid[l*n+i] + (grid[l*n+k]-grid[l*n+i])*x
	return top + (low-top)*y
}
