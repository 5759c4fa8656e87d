# Runs programs for one server: frames in on stdin, frames out on stdout (frames.ts says how they look).
# Perl, because Debian always has it. No module is loaded: each fork would copy its pages.

use strict;
use warnings;

my $KEPT_BYTES  = 64 * 1024 + 1;
my $FLOOD_BYTES = 4 * 1024 * 1024;

# How long the output may stay open after the exit: a child that was left behind can hold it for ever.
my $HELD_SEC = 0.1;

# A signal that arrives just before select() goes to sleep does not wake it.
my $REAP_EVERY_SEC = 0.05;
my $READ_BYTES     = 64 * 1024;

my ($RUN, $KILL) = (1, 2);
my ($READY, $END) = (1, 2);
my ($EXITED, $SIGNALLED, $FLOODED, $NOT_STARTED) = 0 .. 3;
my $NO_CPU  = 0xFFFFFFFF;
my $WNOHANG = 1;
my $EINTR   = 4;

# Programs inherit descriptors 0 to 2 only: what leaked into this process is closed, the server moved out of the way.
$^F = 2;
opendir my $descriptors, '/proc/self/fd' or die "/proc/self/fd: $!";
my @leaked = grep { /^\d+$/ && $_ > 2 } readdir $descriptors;
closedir $descriptors;
for my $fd (@leaked) {
    open my $leaked, '<&=', $fd or next;
    close $leaked;
}
open my $server_in,  '<&', \*STDIN  or die "stdin: $!";
open my $server_out, '>&', \*STDOUT or die "stdout: $!";
close STDIN;
open STDIN, '<', '/dev/null' or die "/dev/null: $!";
chdir '/' or die "/: $!";

# A child that could not exec says why: its pid and errno. Small writes to a pipe stay whole.
pipe my ($failed_in), my ($failed_out) or die "pipe: $!";

my %runs;      # by the server's id
my %by_pid;    # those that have not exited
my %by_fd;     # descriptor => [handle, run, 0 for stdout or 1 for stderr]
my @exited;    # since the last turn, the output not read to its end
my @held;      # [due, run], in order: exited or killed, the output still open
my %failures;  # pid => errno of an exec that failed
my ($inbox, $outbox) = ('', '');
my ($watched, $woken) = ('', 0);

$SIG{CHLD} = sub { $woken = 1 };
# Ignored would stay ignored across exec; a handler does not.
$SIG{PIPE} = sub { };

sub start {
    my ($id, $argv, $environment) = @_;
    my (@in, @out, $pid);
    for (0, 1) {
        pipe $in[$_], $out[$_] or return answer($id, $NOT_STARTED, $! + 0, '', '');
    }
    $pid = fork;
    return answer($id, $NOT_STARTED, $! + 0, '', '') if !defined $pid;
    become($argv, $environment, @out) if $pid == 0;
    # Both sides do it, so that it is done whoever is first.
    setpgrp $pid, $pid;
    my $run = $runs{$id} = $by_pid{$pid} = {
        id => $id, pid => $pid, heads => ['', ''], open => 2, written => 0, flooded => 0, status => undef,
    };
    for (0, 1) {
        my $fd = fileno $in[$_];
        $by_fd{$fd} = [$in[$_], $run, $_];
        vec($watched, $fd, 1) = 1;
    }
}

# In the child: never returns.
sub become {
    my ($argv, $environment, $stdout, $stderr) = @_;
    setpgrp;
    @ENV{ keys %$environment } = values %$environment;
    if (open(STDOUT, '>&', $stdout) && open STDERR, '>&', $stderr) {
        no warnings 'exec';
        exec { $argv->[0] } @$argv;
    }
    syswrite $failed_out, pack 'NN', $$, $! + 0;
    exit 127;
}

sub read_output {
    my ($fd) = @_;
    my ($handle, $run, $stream) = @{ $by_fd{$fd} };
    my $count = sysread($handle, my $data, $READ_BYTES);
    return if !defined $count && $! == $EINTR;
    if ($count) {
        $run->{written} += $count;
        my $room = $KEPT_BYTES - length $run->{heads}[$stream];
        $run->{heads}[$stream] .= substr $data, 0, $room if $room > 0;
        if ($run->{written} > $FLOOD_BYTES && !$run->{flooded}) {
            $run->{flooded} = 1;
            end_run($run);
        }
        return;
    }
    shut($fd);
    finish($run) if defined $run->{status} && $run->{open} == 0;
}

sub shut {
    my ($fd) = @_;
    my ($handle, $run) = @{ delete $by_fd{$fd} };
    vec($watched, $fd, 1) = 0;
    close $handle;
    $run->{open}--;
}

sub reap {
    $woken = 0;
    while ((my $pid = waitpid -1, $WNOHANG) > 0) {
        my $run = delete $by_pid{$pid};
        my $status = $?;
        hear_of_failures() if $status == 127 << 8;
        my $errno = delete $failures{$pid};
        next if !$run || !$runs{ $run->{id} };
        $run->{errno} = $errno;
        $run->{status} = $status;
        if   ($run->{open}) { push @exited, $run }
        else                { finish($run) }
    }
}

sub hear_of_failures {
    my $ready = '';
    vec($ready, fileno $failed_in, 1) = 1;
    while (1) {
        my $count = select my $now = $ready, undef, undef, 0;
        # The end of another program interrupts it.
        next if $count < 0;
        last if $count == 0;
        sysread($failed_in, my $said, 8);
        my ($pid, $errno) = unpack 'NN', $said;
        $failures{$pid} = $errno;
    }
}

sub end_run {
    my ($run) = @_;
    kill KILL => -$run->{pid};
    # Even a program that cannot die (its disk is gone) is answered for.
    hold($run);
}

sub hold {
    my $due = monotonic_sec() + $HELD_SEC;
    push @held, map { [$due, $_] } @_;
}

sub answer_held {
    # Looking at the clock is dear; most have ended meanwhile.
    shift @held while @held && !is_running($held[0][1]);
    return if !@held;
    my $now = monotonic_sec();
    while (@held && $held[0][0] <= $now) {
        my $run = shift(@held)->[1];
        next if !is_running($run);
        kill KILL => -$run->{pid};
        finish($run);
    }
}

sub is_running {
    my ($run) = @_;
    return ($runs{ $run->{id} } // 0) == $run;
}

# Time::HiRes is not part of the Perl that is always there.
sub monotonic_sec {
    open my $uptime, '<', '/proc/uptime' or die "/proc/uptime: $!";
    return (split ' ', <$uptime>)[0];
}

sub finish {
    my ($run) = @_;
    delete $runs{ $run->{id} };
    if ($run->{open}) {
        shut($_) for grep { $by_fd{$_}[1] == $run } keys %by_fd;
    }
    answer($run->{id}, verdict($run), @{ $run->{heads} });
}

sub verdict {
    my ($run) = @_;
    my $status = $run->{status} // 9;
    return ($NOT_STARTED, $run->{errno}) if defined $run->{errno};
    return ($FLOODED, 0) if $run->{flooded};
    return ($SIGNALLED, $status & 127) if $status & 127;
    return ($EXITED, $status >> 8);
}

sub answer {
    my ($id, $how, $code, $stdout, $stderr) = @_;
    my $body = pack('NCCNN', $id, $how, $code & 255, $NO_CPU, length $stdout) . $stdout . $stderr;
    $outbox .= pack('NC', length($body) + 1, $END) . $body;
}

sub flush_answers {
    while (length $outbox) {
        my $count = syswrite $server_out, $outbox;
        if (defined $count) { substr $outbox, 0, $count, '' }
        elsif ($! != $EINTR) { leave() }
    }
}

sub receive {
    my $count = sysread $server_in, $inbox, 256 * 1024, length $inbox;
    return if !defined $count && $! == $EINTR;
    leave() if !$count;
    my $at = 0;
    while (length($inbox) - $at >= 5) {
        my ($length, $kind) = unpack 'NC', substr $inbox, $at, 5;
        last if length($inbox) - $at < 4 + $length;
        take($kind, substr $inbox, $at + 5, $length - 1);
        $at += 4 + $length;
    }
    substr $inbox, 0, $at, '';
}

sub take {
    my ($kind, $body) = @_;
    if ($kind == $RUN) {
        my ($id, $count) = unpack 'Nn', $body;
        my @words = split /\0/, substr($body, 6), -1;
        # An only word that is empty is no word to split.
        @words = ('') if !@words;
        my @argv = splice @words, 0, $count;
        start($id, \@argv, { map { split /=/, $_, 2 } @words });
    }
    elsif ($kind == $KILL) {
        my $run = $runs{ unpack 'N', $body };
        end_run($run) if $run;
    }
}

# The server has gone; nobody waits for these any more.
sub leave {
    kill KILL => map { -$_->{pid} } values %runs if %runs;
    exit 0;
}

vec($watched, fileno $server_in, 1) = 1;
$outbox = pack 'NC', 1, $READY;
while (1) {
    flush_answers();
    my $longest = %by_pid || @exited || @held ? $REAP_EVERY_SEC : undef;
    my $count = select my $ready = $watched, undef, undef, $woken ? 0 : $longest;
    if ($count > 0) {
        receive() if vec $ready, fileno $server_in, 1;
        my $bits = unpack 'b*', $ready;
        for (my $fd = index $bits, '1'; $fd >= 0; $fd = index $bits, '1', $fd + 1) {
            read_output($fd) if $by_fd{$fd};
        }
    }
    # Whoever had exited before this turn's reading, and is still open, has left somebody behind.
    my @left = grep { is_running($_) } splice @exited;
    hold(@left) if @left;
    reap() if %by_pid;
    answer_held() if @held;
}
