# P15 PCI 6.5.5-6.5.6: No live card numbers in test data.
package daylight.pci.p15

import rego.v1

import data.daylight.lib

hits contains {"object": finding.location, "message": "live PAN in test, sample or fixture data"} if {
	some finding in lib.findings
	finding.kind == "luhn_pan"
	object.get(finding, "environment", "") in {"test", "sample", "fixture"}
	object.get(finding, "knownTestRange", false) == false
}
