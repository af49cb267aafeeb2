# Makes one connection, or sends one datagram, from a port that the recording knows: trace-probe.pl PROTOCOL ADDRESS
# PORT SOURCE-PORT SECONDS HEX. Says in one line what became of it. Perl is on every Debian; bash cannot choose its port.
use strict;
use warnings;
use Errno qw(EINPROGRESS);
use IO::Select;
use Socket qw(:DEFAULT SOCK_NONBLOCK);

my ($protocol, $address, $port, $from, $seconds, $hex) = @ARGV;
my $tcp = $protocol eq 'tcp';
my $kind = $tcp ? SOCK_STREAM : SOCK_DGRAM;

sub end { print "@_\n"; exit 0 }
sub failed { end('error', $! + 0, "$!") }

socket(my $socket, PF_INET, $kind | SOCK_NONBLOCK, getprotobyname($protocol) // ($tcp ? 6 : 17))
  or die "no socket: $!\n";
bind($socket, pack_sockaddr_in($from, INADDR_ANY)) or die "port $from cannot be used: $!\n";
connect($socket, pack_sockaddr_in($port, inet_aton($address))) or $! == EINPROGRESS or failed();
my $select = IO::Select->new($socket);
if ($tcp) {
  $select->can_write($seconds) or end('silence');
  $! = unpack('i', getsockopt($socket, SOL_SOCKET, SO_ERROR)) and failed();
  # A RST instead of the usual farewell: nothing of the connection stays.
  setsockopt($socket, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0));
  end('answer');
}
defined(send($socket, pack('H*', $hex), 0)) or failed();
$select->can_read($seconds) or end('silence');
defined(recv($socket, my $answer, 1, 0)) or failed();
end('answer');
