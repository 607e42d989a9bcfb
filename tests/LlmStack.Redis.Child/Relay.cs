using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace LlmStack.Redis.Child;

/// <summary>A wire between a worker and Redis that can be cut.</summary>
public sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<TcpClient, byte> _open = new();
    private readonly int _target;
    private readonly Task _accepting;
    private volatile bool _isCut;

    public Relay(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Ends every connection, and each new one at once.</summary>
    public void Cut()
    {
        _isCut = true;
        foreach (TcpClient client in _open.Keys)
        {
            client.Dispose();
        }
    }

    public void Mend() => _isCut = false;

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        Cut();
        await _accepting;
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient near = await _listener.AcceptTcpClientAsync();
                if (_isCut)
                {
                    near.Dispose();
                }
                else
                {
                    _ = ServeAsync(near);
                }
            }
        }
        catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The listener was stopped.
        }
    }

    private async Task ServeAsync(TcpClient near)
    {
        using TcpClient far = new();
        _open[near] = 0;
        _open[far] = 0;
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, _target);
            if (!_isCut)
            {
                await Task.WhenAny(near.GetStream().CopyToAsync(far.GetStream()), far.GetStream().CopyToAsync(near.GetStream()));
            }
        }
        catch (Exception broken) when (broken is SocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut, or Redis is gone.
        }
        finally
        {
            near.Dispose();
            _open.TryRemove(near, out _);
            _open.TryRemove(far, out _);
        }
    }
}
