package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"time"
)

// call is what goes to the agent, as one line of JSON. V changes when its meaning does; an agent answers older shims.
type call struct {
	V     int               `json:"v"`
	Env   map[string]string `json:"env"`
	Stdin string            `json:"stdin"`
}

// answer is what comes back, as one line of JSON.
type answer struct {
	Exit   int    `json:"exit"`
	Stdout string `json:"stdout"`
}

// silentAgent: nobody has taken the call, so nothing was done.
type silentAgent struct{ cause error }

func (s *silentAgent) Error() string { return s.cause.Error() }

func ask(socket string, call call, connect, wait time.Duration) (*answer, error) {
	connection, err := dial(socket, connect)
	if err != nil {
		return nil, &silentAgent{err}
	}
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(wait))
	if err := json.NewEncoder(connection).Encode(call); err != nil {
		return nil, &silentAgent{err}
	}
	line, err := bufio.NewReader(connection).ReadBytes('\n')
	if err != nil {
		return nil, fmt.Errorf("the agent ended before it answered: %w", err)
	}
	var answer answer
	if err := json.Unmarshal(line, &answer); err != nil {
		return nil, fmt.Errorf("the agent's answer: %w", err)
	}
	return &answer, nil
}

// dial tries again until the time is up: an agent that is being replaced is back within a second or two.
func dial(socket string, patience time.Duration) (net.Conn, error) {
	end := time.Now().Add(patience)
	for {
		connection, err := net.Dial("unix", socket)
		if err == nil || time.Now().After(end) {
			return connection, err
		}
		time.Sleep(50 * time.Millisecond)
	}
}
