using Microsoft.Extensions.Options;

namespace LlmStack.Configuration;

/// <summary>The changes made at run time, applied after configuration and code each time the options are made. The last of each key counts.</summary>
internal sealed class RuntimeChanges : IPostConfigureOptions<LlmStackOptions>
{
    private readonly Lock _lock = new();
    private readonly List<(string Key, Action<LlmStackOptions> Change)> _changes = [];

    public void PostConfigure(string? name, LlmStackOptions options)
    {
        lock (_lock)
        {
            foreach ((_, Action<LlmStackOptions> change) in _changes)
            {
                change(options);
            }
        }
    }

    /// <summary>Adds a change, and returns what takes it back.</summary>
    public Action Add(string key, Action<LlmStackOptions> change)
    {
        lock (_lock)
        {
            (string Key, Action<LlmStackOptions> Change)[] before = [.. _changes];
            _changes.RemoveAll(known => string.Equals(known.Key, key, StringComparison.OrdinalIgnoreCase));
            _changes.Add((key, change));
            return () =>
            {
                lock (_lock)
                {
                    _changes.Clear();
                    _changes.AddRange(before);
                }
            };
        }
    }
}
