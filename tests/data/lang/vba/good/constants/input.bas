Public Const RATE As Double = 0.19, NAME_ = "x" & "y"
Private Const MASK& = &HFF& Or 1
