using System.Text;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Http;

/// <summary>Puts the fragments of streamed tool calls together, in the order in which the calls first appeared.</summary>
/// <param name="repeatsArguments">Whether every fragment repeats the arguments from their beginning.</param>
/// <param name="unwrapsArguments">Whether arguments may be JSON inside a JSON string.</param>
internal sealed class ToolCallAssembler(bool repeatsArguments = false, bool unwrapsArguments = false)
{
    private const int MaxCalls = 512;
    private const int MaxArgumentChars = 4 * 1024 * 1024;

    private readonly List<Entry> _calls = [];

    public int Count => _calls.Count;

    /// <summary>What to throw when <see cref="TryAdd"/> refused.</summary>
    public static LlmException TooLarge(ProviderHttp http, ProviderCall call) =>
        ErrorFactory.Invalid(http.Name, call.Report, $"sent more than {MaxCalls} tool calls, or a tool call with more than {MaxArgumentChars >> 20} MiB of arguments.");

    /// <summary>Adds a fragment; false when a limit is exceeded.</summary>
    public bool TryAdd(in ToolCallFragment fragment)
    {
        Entry? entry = Find(fragment);
        if (entry is null)
        {
            if (_calls.Count >= MaxCalls)
            {
                return false;
            }

            entry = new Entry(fragment.Choice, fragment.Index);
            _calls.Add(entry);
        }

        entry.Id ??= fragment.Id;
        entry.Name ??= fragment.Name;
        if (fragment.Arguments is { Length: > 0 } text)
        {
            if (repeatsArguments && entry.Arguments.Length <= text.Length && entry.Arguments.Equals(text.AsSpan(0, entry.Arguments.Length)))
            {
                entry.Arguments.Clear();
            }

            entry.Arguments.Append(text);
        }

        return entry.Arguments.Length <= MaxArgumentChars;
    }

    public FunctionCallContent ContentAt(int i)
    {
        Entry entry = _calls[i];
        return ToolArguments.ToContent(IdAt(i), entry.Name ?? "", entry.Arguments.ToString(), unwrapsArguments);
    }

    public string IdAt(int i) => _calls[i].Id ?? $"call_{i}";

    public string NameAt(int i) => _calls[i].Name ?? "";

    public string ArgumentsAt(int i) => _calls[i].Arguments.Length == 0 ? "{}" : _calls[i].Arguments.ToString();

    public int ChoiceAt(int i) => _calls[i].Choice;

    /// <summary>Whether a choice has a call.</summary>
    public bool HasChoice(int choice)
    {
        for (int i = 0; i < _calls.Count; i++)
        {
            if (_calls[i].Choice == choice)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The place of the last call that was sent under an index; -1 when there is none.</summary>
    public int PlaceOf(long index)
    {
        for (int i = _calls.Count - 1; i >= 0; i--)
        {
            if (_calls[i].Index == index)
            {
                return i;
            }
        }

        return -1;
    }

    private Entry? Find(in ToolCallFragment fragment)
    {
        Entry? last = null;
        for (int i = _calls.Count - 1; i >= 0; i--)
        {
            Entry entry = _calls[i];
            if (entry.Choice != fragment.Choice)
            {
                continue;
            }

            last ??= entry;
            if (fragment.Id is not null)
            {
                if (string.Equals(entry.Id, fragment.Id, StringComparison.Ordinal))
                {
                    return entry;
                }

                if (entry.Id is null && fragment.Index is not null && entry.Index == fragment.Index)
                {
                    return entry;
                }
            }
            else if (fragment.Index is not null && entry.Index == fragment.Index)
            {
                // Without ids a complete call followed by another name at the same index is a new call.
                bool another = fragment.Name is not null && entry.Name is not null && entry.Arguments.Length > 0
                    && !string.Equals(entry.Name, fragment.Name, StringComparison.Ordinal);
                return another ? null : entry;
            }
        }

        return fragment.Id is null && fragment.Index is null && (fragment.Name is null || last?.Name is null) ? last : null;
    }

    private sealed class Entry(int choice, long? index)
    {
        public int Choice { get; } = choice;

        public long? Index { get; } = index;

        public string? Id { get; set; }

        public string? Name { get; set; }

        public StringBuilder Arguments { get; } = new();
    }
}
