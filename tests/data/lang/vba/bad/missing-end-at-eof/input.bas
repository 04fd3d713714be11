Function A()
    x = 1
