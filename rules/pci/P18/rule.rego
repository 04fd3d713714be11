# P18 PCI 8.6.2: No credentials in code.
package daylight.pci.p18

import rego.v1

import data.daylight.lib

hits contains {"object": finding.location, "message": "credential hard-coded in macro, connection string or sheet"} if {
	some finding in lib.findings
	finding.kind == "hardcoded_secret"
}
