package ambient

import (
	"math"
	"os"
	"testing"
)

// sysfs is the environment's word for the root of sysfs on a machine with the
// two sensors of testdata/bme280_lm75.txtar: the kernel's own drivers bmp280 and
// lm75 on the module i2c-stub, with the registers of the data sheets' examples.
const sysfs = "LINTEL_TEST_SYSFS"

func TestKernelSensors(t *testing.T) {
	root := os.Getenv(sysfs)
	if root == "" {
		t.Skipf("SKIPPED: the kernel's sensors were not read: set %s to /sys where there are a BME280 and an LM75", sysfs)
	}
	for name, want := range map[string]float64{Auto: 25.08, "bme280": 25.08, "lm75": 23.5} {
		d, err := Find(root, name)
		if err != nil {
			t.Fatal(err)
		}
		r, err := d.Read()
		if err != nil || math.Abs(float64(r.Temperature)-want) > 0.005 || r.HasHumidity != (name != "lm75") {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
		t.Logf("%s is %v: %.2f degC, %.2f", name, d, r.Temperature, r.Humidity)
	}
}
