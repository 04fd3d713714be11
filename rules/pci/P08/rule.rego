# P08 PCI 3.4.2: Copies of card numbers authorised.
package daylight.pci.p08

import rego.v1

import data.daylight.lib

hits contains {"object": step.object, "message": "step can copy full PAN out without documented authorisation"} if {
	some step in lib.steps
	step.type in {"exportFile", "exportDocument", "writeFile", "print"}
	lib.touches_pan(step)
	lib.is_empty(object.get(step.step, "authorisation", ""))
}
