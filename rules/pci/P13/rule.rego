# P13 PCI 3.2.1, 12.5.2, 12.10.7: Card numbers only where they are expected.
package daylight.pci.p13

import rego.v1

import data.daylight.lib

hits contains {"object": finding.location, "message": sprintf("%d Luhn-valid card numbers in a column that is not modelled as PAN", [finding.hits])} if {
	some finding in lib.findings
	finding.kind == "luhn_pan"
	object.get(finding, "modelledAs", "") != "PAN"
}
