/** The page that --help prints. */
export const HELP = `Fledgling simulator: a Bluetooth Mesh device that runs on this computer.

  npm start -- [options]

A Bluetooth Mesh network is made of small devices, such as lamps and switches. A new
device belongs to nobody: again and again it sends a short radio message, its beacon,
which says "I am new here". A provisioner, usually a phone, hears it and takes it into
its network: it gives the device an address and secret keys. That is provisioning, and
it is what this simulator shows. Its radio is the "ether": programs of one user on one
computer that meet at a socket. Nothing is sent by real radio or over the network.

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

The simulation
  --ether PATH     The socket where simulators and provisioners meet. Who comes first
                   opens it. Default: one for each user.
  --headless       No picture and no keys: a line of text for each step.
  --json           For programs: each event as a line of JSON on standard output, and
                   commands on standard input: press, release, turn N, enter TEXT, reset
                   (forget the network, be new again), quit.
  --seed N         Repeatable "random" numbers, for tests. Keys are then no secret.
  --help           This page.

Keys in the terminal: space pushes the button, p presses it, r releases it, R makes the
device new again, q quits.

It ends with status 0 after quit, 2 when an option or the state folder cannot be used,
1 when something outside fails later, 70 after a fault of its own.
`;
