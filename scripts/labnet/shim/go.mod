module labnet

go 1.24
