/** The page that --help prints. */
export const HELP = `Fledgling simulator: a Bluetooth Mesh device that runs on this computer.

  npm start -- [options]

A Bluetooth Mesh network is made of small devices, such as lamps and switches. A new
device belongs to nobody: again and again it sends a short radio message, its beacon,
which says "I am new here". A provisioner, usually a phone, hears it and takes it into
its network: it gives the device an address and secret keys. That is provisioning, and
it is what this simulator shows. Its radio is the "ether": programs of one user on one
computer that meet at a socket. Nothing is sent by real radio or over the network, unless
--radio gives it a Bluetooth adapter.

Authentication proves that device and provisioner are the two that a person has before
them, since by radio alone a stranger in between could pose as either. To prove it, the
person carries a value between the two where no radio can reach it ("out of band", OOB):
copies it from a label, counts what blinks and types the number into the phone, or
enters on the device what the phone shows.

The device
  --name TEXT      What the device is called; each name has its own state. Default: lamp
  --state DIR      The folder with what the device must not forget: its keys. Default:
                   ~/.local/state/fledgling/NAME. Without that folder the device is new.
  --uuid HEX       The number by which a provisioner tells devices apart: 32 hexadecimal
                   digits. Default: drawn at the first start, then kept in the folder.
  --uri TEXT       A web address that the device sends along with its beacon, such as
                   https://example.com/lamp
  --oob-info BITS  Where a person finds more about the device, as 0x and four hexadecimal
                   digits: 0x0002 by web address, 0x0004 in a 2D code, 0x0008 in a bar
                   code, 0x0010 by NFC, 0x0020 a number, 0x0040 a text, 0x0800 on the
                   box, 0x1000 inside it, 0x2000 on a paper, 0x4000 in the manual,
                   0x8000 on the device. Add them up. Default: 0x0000, nothing.
  --label          Print what the device's box would carry, as text and as a QR code,
                   and end: the UUID, the static value, the public key.

How it is authenticated
  --static-oob HEX A value that stands on a label: 32 or 64 hexadecimal digits. Default:
                   none.
  --output LIST    How the device may show a number: blink, beep, vibrate, number (on the
                   display); or a text: text. Several with commas between them, or none.
                   Default: number.
  --input LIST     How a number may be entered on it: push (the button), twist (the
                   knob), number (on the keypad); or a text: text. Default: number.
  --counted-digits N
                   Digits of a number that is counted, from 1 to 8. Default: 1, as
                   nobody counts a hundred blinks.
  --text-digits N  Digits or characters of what is read and typed, from 1 to 8.
                   Default: 6. Where anything is counted, --counted-digits holds for all.
  --no-oob CHOICE  Whether a provisioner may do without: allow or refuse. Default: allow.
                   With refuse, a number of fewer digits than offered is refused, too.
  --oob-only       Announce that it may not, which leaves out CMAC.
  --oob-key HEX    The device's private key, 64 hexadecimal digits; the public key that
                   belongs to it stands on the label. Default: new keys each time.
  --algorithms A   The arithmetic that it offers: cmac, hmac or both. Default: both.
  --profile P      standard, or cmacOnly for provisioners that know nothing newer than
                   version 1.0. Default: standard.

On its network
  --replay-delay MS
                   The device remembers the last number of everybody who sent it a
                   message, so that nobody can record a message and send it again. This
                   much later it writes them down; what came in that time can be replayed
                   after a power cut. 0: written before a message is obeyed. In
                   milliseconds, up to 60000. Default: 5000.

On a command line, others on this computer can read a secret: --static-oob @FILE and
--oob-key @FILE take the digits from a file with that one line.

The simulation
  --ether PATH     The socket where simulators and provisioners meet. Who comes first
                   opens it. Default: one for each user.
  --radio PLACE    Where the radio is: ether, or hci: and a Bluetooth adapter, with which
                   phones find the device. hci:hci0 is Linux's own: as root, and with a
                   package that it names. hci:/dev/ttyACM0 is a dongle on which an HCI
                   firmware runs; its speed, if it has one, comes after @, as in
                   hci:/dev/ttyUSB0@115200. hci:PATH and hci:HOST:PORT are sockets with a
                   virtual controller behind them. Default: ether
  --engine NAME    What runs the device's program: node, or xs, the JavaScript engine of
                   the boards, in a process of its own; all else is the same. The first
                   start compiles XS, which needs make and a C compiler, and about a
                   minute. Default: node
  --headless       No picture and no keys: a line of text for each step. What blinks is
                   told when it pauses: how often it was on.
  --json           For programs: each event as a line of JSON on standard output, and
                   commands on standard input: press, release, turn N, enter TEXT, reset
                   (forget the network, be new again), quit.
  --seed N         Repeatable "random" numbers, for tests. Keys are then no secret.
  --help           This page.

Keys in the terminal: space pushes the button, p presses it, r releases it; the arrows
left and right turn the knob; e begins a line on the keypad, Enter ends it, Escape gives
it up; R makes the device new again, as does holding the button for ten seconds; q quits.

It ends with status 0 after quit, 2 when an option or the state folder cannot be used,
1 when something outside fails later, 70 after a fault of its own.
`;
