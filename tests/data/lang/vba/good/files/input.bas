Sub T()
    Open p For Output As #1
    Open p & "x" For Random Access Read Write Lock Read As f Len = 20
    Open p For Binary Shared As #f
    Open p For Input As #FreeFile: Print #1, a; b, "c";
    Print #f
    Print #1, Tab(5); Spc(2); x
    Write #1, a, "b"
    Input #1, a, b
    Line Input #f, s
    Get #1, , r
    Put #1, 2, r
    Seek #1, 5
    Lock #1, 1 To 3
    Unlock #1
    Width #1, 80
    Close #1, #2
    Close
    Reset
    Name "a" As "b"
    Kill "a"
    With f
        Open .Path For Binary As #.Number
        Get .Number, , .Buffer
        Close .Number
        Name .Path As .Other
    End With
End Sub
