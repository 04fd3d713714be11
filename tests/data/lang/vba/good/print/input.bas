Sub T()
    Debug.Print
    Debug.Print a; b, "c" & d;
    Debug.Assert x > 1
    Me.Print "a"; b
End Sub
