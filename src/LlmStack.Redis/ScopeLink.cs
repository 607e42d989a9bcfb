using LlmStack.Limits.Scopes;
using StackExchange.Redis;

namespace LlmStack.Redis;

/// <summary>What the exchange knows of one counter. All but <see cref="IsDirty"/> belongs to the exchange's loop.</summary>
internal sealed class ScopeLink(ISharedScope scope, string field)
{
    private long _keyBucket = -1;
    private RedisKey _key;
    private volatile bool _isDirty;

    public ISharedScope Scope { get; } = scope;

    /// <summary>
    /// Its part in the hash of the scope. Of this object, not only of this process: a counter that was forgotten and made anew begins at
    /// zero, and what the earlier one used still counts beside it.
    /// </summary>
    public RedisValue Field { get; } = field;

    /// <summary>Whether it waits in the queue of changes.</summary>
    public bool IsDirty
    {
        get => _isDirty;
        set => _isDirty = value;
    }

    /// <summary>Whether it is exchanged every time, because a call asked for it lately.</summary>
    public bool IsBusy { get; set; }

    /// <summary>When a call last asked for it.</summary>
    public long Asked { get; set; }

    /// <summary>When it is sent again although nothing has changed.</summary>
    public long RefreshAt { get; set; }

    /// <summary>When it is looked at again while nobody asks.</summary>
    public long LookAt { get; set; }

    /// <summary>What Redis has confirmed.</summary>
    public ScopeUse Sent { get; set; }

    /// <summary>What is on its way.</summary>
    public ScopeUse Sending { get; set; }

    /// <summary>Whether this exchange writes it; else it only reads.</summary>
    public bool Writes { get; set; }

    /// <summary>What the counter was last told of the others.</summary>
    public ScopeAmounts Others { get; set; }

    public RedisKey KeyOf(string prefix, long bucket)
    {
        if (bucket != _keyBucket)
        {
            _keyBucket = bucket;
            _key = bucket == 0 ? $"{prefix}s:{Scope.Name}" : FormattableString.Invariant($"{prefix}s:{Scope.Name}@{bucket}");
        }

        return _key;
    }
}
