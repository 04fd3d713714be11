Sub T()
    x = 1
    Let y = 2
    Set o = New Collection
    LSet s = "a"
    RSet s = "b"
    a(1, 2).b = c!d
    .Value = 1
    !Field = Null
    [A1] = 5
    Mid(s, 2, 1) = "x"
    Mid$(s, 3) = "y"
    Date = d
End Sub
