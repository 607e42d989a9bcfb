using System.Collections.Concurrent;

namespace LlmStack.Providers.OpenAI;

/// <summary>Where one operation of the format is asked: at one address, or at one for each model.</summary>
internal sealed class OperationAddress
{
    private readonly Uri? _one;
    private readonly ConcurrentDictionary<string, Uri>? _byModel;
    private readonly Func<string, Uri>? _make;

    public OperationAddress(Uri one) => _one = one;

    public OperationAddress(Func<string, Uri> make)
    {
        _make = make;
        _byModel = new ConcurrentDictionary<string, Uri>(StringComparer.Ordinal);
    }

    public Uri Of(string model) => _one ?? _byModel!.GetOrAdd(model, _make!);
}
