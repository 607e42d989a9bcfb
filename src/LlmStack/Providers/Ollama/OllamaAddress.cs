namespace LlmStack.Providers.Ollama;

/// <summary>Reads <c>OLLAMA_HOST</c> as Ollama does: a host, a host and port, a port, or a whole address.</summary>
internal static class OllamaAddress
{
    private const string Port = "11434";

    public static string Of(string host)
    {
        host = host.Trim().TrimEnd('/');
        int scheme = host.IndexOf("://", StringComparison.Ordinal);
        string rest = scheme < 0 ? host : host[(scheme + 3)..];
        if (scheme >= 0 && !string.Equals(host[..scheme], "http", StringComparison.OrdinalIgnoreCase))
        {
            return host;
        }

        int path = rest.IndexOf('/', StringComparison.Ordinal);
        string tail = path < 0 ? "" : rest[path..];
        string authority = path < 0 ? rest : rest[..path];
        int colon = authority.LastIndexOf(':');
        bool hasPort = colon >= 0 && !authority.EndsWith(']');
        string name = hasPort ? authority[..colon] : authority;
        string port = hasPort ? authority[(colon + 1)..] : scheme < 0 ? Port : "80";

        // A server listens on all addresses; a client has to name one.
        name = name is "" or "0.0.0.0" ? "127.0.0.1" : name == "[::]" ? "[::1]" : name;
        return $"http://{name}:{port}{tail}";
    }
}
