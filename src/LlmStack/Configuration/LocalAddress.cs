using System.Net;
using System.Net.Sockets;

namespace LlmStack.Configuration;

/// <summary>Whether an address is this machine or the network around it; such servers often load a model on first use.</summary>
internal static class LocalAddress
{
    public static bool Is(Uri endpoint)
    {
        if (endpoint.IsLoopback || endpoint.Host.EndsWith(".local", StringComparison.OrdinalIgnoreCase) || endpoint.Host is "host.docker.internal")
        {
            return true;
        }

        if (!IPAddress.TryParse(endpoint.DnsSafeHost, out IPAddress? address))
        {
            return false;
        }

        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return address.IsIPv6UniqueLocal || address.IsIPv6LinkLocal;
        }

        byte[] bytes = address.GetAddressBytes();
        return bytes[0] is 10 or 127 || (bytes[0] == 192 && bytes[1] == 168) || (bytes[0] == 172 && bytes[1] is >= 16 and <= 31);
    }
}
