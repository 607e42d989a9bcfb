using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace LlmStack.IntegrationTests.Support;

/// <summary>Forwards bytes to a server until it is killed; then every connection is reset and new ones are refused.</summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly IPEndPoint _target;
    private readonly Task _accepting;

    private TcpProxy(IPEndPoint target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public static TcpProxy To(Uri server)
    {
        IPAddress address = IPAddress.TryParse(server.Host, out IPAddress? parsed) ? parsed : Dns.GetHostAddresses(server.Host, AddressFamily.InterNetwork)[0];
        return new TcpProxy(new IPEndPoint(address, server.Port));
    }

    public void Kill()
    {
        _listener.Stop();
        while (_sockets.TryTake(out Socket? socket))
        {
            try
            {
                // Without lingering the peer sees a reset, as from a killed process.
                socket.LingerState = new LingerOption(true, 0);
                socket.Dispose();
            }
            catch (ObjectDisposedException)
            {
                // Its own end was quicker.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptSocketAsync();
                var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
                _sockets.Add(client);
                _sockets.Add(server);
                await server.ConnectAsync(_target);
                _ = PumpAsync(client, server);
                _ = PumpAsync(server, client);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Stopped, maybe between two of them.
        }
    }

    private static async Task PumpAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and int count)
            {
                await to.SendAsync(buffer.AsMemory(0, count));
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // One side went away; the other notices by itself or at Kill.
            to.Dispose();
        }
    }
}
