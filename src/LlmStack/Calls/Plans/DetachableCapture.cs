using LlmStack.Providers;

namespace LlmStack.Calls.Plans;

/// <summary>
/// Content of an attempt that may be left behind: once detached, what its adapter still writes goes nowhere, because the span it was
/// for has ended and its memory serves another.
/// </summary>
internal sealed class DetachableCapture(IContentCapture target) : IContentCapture
{
    private readonly Lock _gate = new();
    private IContentCapture _target = target;

    public bool IsEnabled
    {
        get
        {
            lock (_gate)
            {
                return _target.IsEnabled;
            }
        }
    }

    public bool HasInput
    {
        get
        {
            lock (_gate)
            {
                return _target.HasInput;
            }
        }
    }

    public void Detach()
    {
        lock (_gate)
        {
            _target = NoContentCapture.Instance;
        }
    }

    public void SetInput(ReadOnlySpan<byte> utf8Json)
    {
        lock (_gate)
        {
            _target.SetInput(utf8Json);
        }
    }

    public void SetOutput(ReadOnlySpan<byte> utf8Json)
    {
        lock (_gate)
        {
            _target.SetOutput(utf8Json);
        }
    }
}
