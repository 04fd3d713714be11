Sub T( _
    a _
    , b _
    )
    x _
        = _
        1 _
        + 2
End Sub
