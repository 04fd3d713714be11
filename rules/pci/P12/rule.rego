# P12 PCI 3.5.1, 10.3: No card numbers in logs.
package daylight.pci.p12

import rego.v1

import data.daylight.lib

hits contains {"object": step.object, "message": "PAN in log output"} if {
	some step in lib.steps
	some path in step.logs
	path in lib.pan_touches
}
