# A pod's programs: TCP port 80 accepts, UDP port 53 answers, UDP port 99 listens and keeps silent.
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;

my $tcp = IO::Socket::INET->new(LocalPort => 80, Listen => 9, ReuseAddr => 1) or die "tcp: $!";
my $echo = IO::Socket::INET->new(LocalPort => 53, Proto => 'udp') or die "udp: $!";
my $silent = IO::Socket::INET->new(LocalPort => 99, Proto => 'udp') or die "udp: $!";
$| = 1;
print "ready\n";
my $select = IO::Select->new($tcp, $echo);
while (my @ready = $select->can_read) {
  for my $socket (@ready) {
    if ($socket == $tcp) { close $tcp->accept; next }
    $echo->recv(my $text, 999);
    $echo->send($text);
  }
}
