# E12 EuSpRIG inconsistent formula: No values typed over formulas.
package daylight.euc.e12

import rego.v1

import data.daylight.lib

hits contains {"object": finding.location, "message": "value typed over a formula range"} if {
	some finding in lib.findings
	finding.kind == "formula_overwritten"
}
