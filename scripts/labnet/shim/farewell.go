package main

import (
	"encoding/binary"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"unsafe"
)

// hostLinkPrefix: names of the host's ends of pod links begin with it; anything else is not ours to delete.
const hostLinkPrefix = "lab"

// deleteHostLink takes the pod's link away without the agent. What cannot be done now the agent does later.
func deleteHostLink(prevResult json.RawMessage) {
	var result struct {
		Interfaces []struct{ Name, Sandbox string }
	}
	if json.Unmarshal(prevResult, &result) != nil {
		return
	}
	for _, link := range result.Interfaces {
		if link.Sandbox != "" || !strings.HasPrefix(link.Name, hostLinkPrefix) {
			continue
		}
		if found, err := net.InterfaceByName(link.Name); err == nil {
			deleteLink(found.Index)
		}
	}
}

// deleteLink sends RTM_DELLINK (rtnetlink(7)): a header, then struct ifinfomsg with the link's index.
func deleteLink(index int) {
	socket, err := syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, syscall.NETLINK_ROUTE)
	if err != nil {
		return
	}
	defer syscall.Close(socket)
	const size = syscall.SizeofNlMsghdr + syscall.SizeofIfInfomsg
	message := make([]byte, size)
	header := (*syscall.NlMsghdr)(unsafe.Pointer(&message[0]))
	header.Len = size
	header.Type = syscall.RTM_DELLINK
	header.Flags = syscall.NLM_F_REQUEST | syscall.NLM_F_ACK
	binary.NativeEndian.PutUint32(message[syscall.SizeofNlMsghdr+4:], uint32(index))
	if syscall.Sendto(socket, message, 0, &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK}) != nil {
		return
	}
	// The acknowledgement: the link is gone when it has come.
	syscall.Recvfrom(socket, make([]byte, 4096), 0)
}

// leaveTombstone writes the call down beside the socket; the agent carries it out when it is back.
func leaveTombstone(socket string, call call) error {
	folder := filepath.Join(filepath.Dir(socket), "pending-del")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	text, err := json.Marshal(call)
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(folder, ".new-*")
	if err != nil {
		return err
	}
	if _, err := file.Write(text); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	name := filepath.Base(call.Env["CNI_CONTAINERID"]) + "-" + filepath.Base(call.Env["CNI_IFNAME"])
	return os.Rename(file.Name(), filepath.Join(folder, name+".json"))
}
